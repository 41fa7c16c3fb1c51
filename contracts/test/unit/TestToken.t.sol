// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Placed} from "../support/Placed.sol";

contract Permit_Test is Placed {
    function permitDigest(uint256 value, uint256 nonce, uint256 deadline) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(token.PERMIT_TYPEHASH(), payer, stranger, value, nonce, deadline));
        return typedDataHash(token.DOMAIN_SEPARATOR(), structHash);
    }

    function test_RevertWhen_DeadlineHasPassed() external {
        uint256 deadline = block.timestamp - 1;
        bytes memory signature = signed(PAYER_KEY, permitDigest(5, 0, deadline));

        vm.expectRevert("FiatTokenV2: permit is expired");
        token.permit(payer, stranger, 5, deadline, signature);
    }

    function test_RevertWhen_SomeoneElseOrAnotherNonceWasSigned() external {
        uint256 deadline = block.timestamp;
        bytes[2] memory wrong =
            [signed(STRANGER_KEY, permitDigest(5, 0, deadline)), signed(PAYER_KEY, permitDigest(5, 1, deadline))];

        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert("EIP2612: invalid signature");
            token.permit(payer, stranger, 5, deadline, wrong[i]);
        }
    }

    function test_WhenOwnerSigned() external {
        uint256 deadline = block.timestamp;
        token.permit(payer, stranger, 5, deadline, signed(PAYER_KEY, permitDigest(5, 0, deadline)));
        vm.assertEq(token.allowance(payer, stranger), 5, "allowance");

        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, permitDigest(7, 1, deadline));
        token.permit(payer, stranger, 7, deadline, v, r, s);
        vm.assertEq(token.allowance(payer, stranger), 7, "allowance");
        vm.assertEq(token.nonces(payer), 2, "nonce");
    }
}

contract Token_Test is Placed {
    function test_HasUsdcsNames() external view {
        vm.assertEq(token.name(), "USDC", "name");
        vm.assertEq(token.symbol(), "USDC", "symbol");
        vm.assertEq(token.version(), "2", "version");
        vm.assertEq(token.decimals(), 6, "decimals");
        vm.assertEq(
            token.DOMAIN_SEPARATOR(),
            0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818,
            "domain on Base Sepolia"
        );
    }

    function test_LetsAnybodyMint() external {
        vm.prank(stranger);
        token.mint(payer, 5);

        vm.assertEq(token.balanceOf(payer), 5, "tokens");
        vm.assertEq(token.totalSupply(), 5, "supply");
    }

    function test_RevertWhen_TransferIsAboveBalance() external {
        token.mint(payer, 5);

        vm.prank(payer);
        vm.expectRevert("ERC20: transfer amount exceeds balance");
        bool moved = token.transfer(stranger, 6);

        vm.assertFalse(moved, "no answer");
    }
}
