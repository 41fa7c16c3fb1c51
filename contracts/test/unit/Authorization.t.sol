// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IErc3009} from "../../src/interfaces/IErc3009.sol";
import {KeyWallet} from "../doubles/KeyWallet.sol";
import {Authorizations} from "../support/Authorizations.sol";

contract Authorization_Test is Authorizations {
    function test_RevertWhen_NotAboveValidAfter() external {
        Sent memory sent = authorization();
        sent.validAfter = block.timestamp;
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));
        assertRefused(sent, signature, "FiatTokenV2: authorization is not yet valid");
    }

    function test_RevertWhen_NotBelowValidBefore() external {
        Sent memory sent = authorization();
        sent.validBefore = block.timestamp;
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));
        assertRefused(sent, signature, "FiatTokenV2: authorization is expired");
    }

    function test_RevertWhen_NonceWasUsed() external {
        Sent memory sent = authorization();
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));
        transfer(sent, signature);
        assertRefused(sent, signature, "FiatTokenV2: authorization is used or canceled");
    }

    function test_RevertWhen_SomeoneElseSigned() external {
        Sent memory sent = authorization();
        bytes memory signature = signed(STRANGER_KEY, transferDigest(sent));
        assertRefused(sent, signature, "FiatTokenV2: invalid signature");
    }

    function test_RevertWhen_FieldWasAltered() external {
        Sent memory sent = authorization();
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));
        sent.to = stranger;
        assertRefused(sent, signature, "FiatTokenV2: invalid signature");
        (sent.to, sent.value) = (receiver, sent.value + 1);
        assertRefused(sent, signature, "FiatTokenV2: invalid signature");
        (sent.value, sent.validAfter) = (sent.value - 1, 0);
        assertRefused(sent, signature, "FiatTokenV2: invalid signature");
        (sent.validAfter, sent.validBefore) = (block.timestamp - 1, type(uint256).max);
        assertRefused(sent, signature, "FiatTokenV2: invalid signature");
        (sent.validBefore, sent.nonce) = (block.timestamp + 1, 0);
        assertRefused(sent, signature, "FiatTokenV2: invalid signature");
    }

    function test_RevertWhen_TransferIsFetched() external {
        Sent memory sent = authorization();
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));

        vm.prank(receiver);
        vm.expectRevert("FiatTokenV2: invalid signature");
        fetch(sent, signature);
    }

    function test_RevertWhen_FetchIsTransferred() external {
        Sent memory sent = authorization();
        assertRefused(sent, signed(PAYER_KEY, receiveDigest(sent)), "FiatTokenV2: invalid signature");
    }

    function test_RevertWhen_SomebodyElseFetches() external {
        Sent memory sent = authorization();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, receiveDigest(sent));

        vm.expectRevert("FiatTokenV2: caller must be the payee");
        fetch(sent, abi.encodePacked(r, s, v));
        vm.expectRevert("FiatTokenV2: caller must be the payee");
        fetchByParts(sent, v, r, s);
    }

    function test_RevertWhen_HolderHasNotEnough() external {
        Sent memory sent = authorization();
        sent.value = HELD + 1;
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));
        assertRefused(sent, signature, "ERC20: transfer amount exceeds balance");
        vm.assertFalse(token.authorizationState(payer, sent.nonce), "nonce stays unused");
    }

    function test_WhenHolderSignedTransfer() external {
        Sent memory sent = authorization();
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));

        vm.expectEmit(address(token));
        emit IErc3009.AuthorizationUsed(payer, sent.nonce);
        vm.prank(stranger);
        transfer(sent, signature);

        vm.assertEq(token.balanceOf(receiver), 1_000, "tokens");
        vm.assertTrue(token.authorizationState(payer, sent.nonce), "nonce of the holder");
        vm.assertFalse(token.authorizationState(receiver, sent.nonce), "nonce of another");
    }

    function test_WhenHolderSignedTransferInParts() external {
        transferByParts(authorization(), PAYER_KEY);

        vm.assertEq(token.balanceOf(receiver), 1_000, "tokens");
    }

    function test_WhenPayeeFetches() external {
        Sent memory sent = authorization();
        bytes memory signature = signed(PAYER_KEY, receiveDigest(sent));
        vm.prank(receiver);
        fetch(sent, signature);

        sent.nonce = keccak256("another");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, receiveDigest(sent));
        vm.prank(receiver);
        fetchByParts(sent, v, r, s);

        vm.assertEq(token.balanceOf(receiver), 2_000, "tokens");
    }

    function test_GivenContractWallet() external {
        Sent memory sent = authorization();
        sent.from = address(new KeyWallet(payer));
        token.mint(sent.from, HELD);

        assertRefused(sent, signed(STRANGER_KEY, transferDigest(sent)), "FiatTokenV2: invalid signature");
        transfer(sent, signed(PAYER_KEY, transferDigest(sent)));
        sent.nonce = keccak256("another");
        transferByParts(sent, PAYER_KEY);

        vm.assertEq(token.balanceOf(receiver), 2_000, "tokens");
    }

    /// @dev A holder's authorization moves exactly its value, exactly once, exactly between its two times.
    function testFuzz_MovesItsValueOnce(uint256 value, uint64 validAfter, uint64 validBefore) external {
        Sent memory sent = authorization();
        (sent.value, sent.validAfter, sent.validBefore) = (bound(value, 0, HELD), validAfter, validBefore);
        bytes memory signature = signed(PAYER_KEY, transferDigest(sent));

        bool inTime = validAfter < block.timestamp && block.timestamp < validBefore;
        if (!inTime) vm.expectRevert();
        transfer(sent, signature);
        vm.expectRevert();
        transfer(sent, signature);

        vm.assertEq(token.balanceOf(receiver), inTime ? sent.value : 0, "tokens");
    }
}

contract CancelAuthorization_Test is Authorizations {
    bytes32 private constant NONCE = keccak256("nonce");

    function cancelDigest(bytes32 nonce) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(token.CANCEL_AUTHORIZATION_TYPEHASH(), payer, nonce));
        return typedDataHash(token.DOMAIN_SEPARATOR(), structHash);
    }

    function test_RevertWhen_SomeoneElseSigned() external {
        bytes memory signature = signed(STRANGER_KEY, cancelDigest(NONCE));

        vm.expectRevert("FiatTokenV2: invalid signature");
        token.cancelAuthorization(payer, NONCE, signature);
    }

    function test_RevertWhen_NonceWasUsed() external {
        transferByParts(authorization(), PAYER_KEY);
        bytes memory signature = signed(PAYER_KEY, cancelDigest(NONCE));

        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        token.cancelAuthorization(payer, NONCE, signature);
    }

    function test_WhenHolderSigned() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, cancelDigest(NONCE));

        vm.expectEmit(address(token));
        emit IErc3009.AuthorizationCanceled(payer, NONCE);
        token.cancelAuthorization(payer, NONCE, v, r, s);

        bytes memory signature = signed(PAYER_KEY, transferDigest(authorization()));
        assertRefused(authorization(), signature, "FiatTokenV2: authorization is used or canceled");
        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        token.cancelAuthorization(payer, NONCE, abi.encodePacked(r, s, v));
    }

    function test_WhenHolderSignedInBytes() external {
        token.cancelAuthorization(payer, NONCE, signed(PAYER_KEY, cancelDigest(NONCE)));

        vm.assertTrue(token.authorizationState(payer, NONCE), "nonce");
    }
}
