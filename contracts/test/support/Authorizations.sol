// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Placed} from "./Placed.sol";

/// @notice An authorization, and the four ways to use it.
abstract contract Authorizations is Placed {
    uint256 internal constant HELD = 1_000_000;

    struct Sent {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    function setUp() public virtual override {
        super.setUp();
        token.mint(payer, HELD);
    }

    function authorization() internal view returns (Sent memory) {
        return Sent(payer, receiver, 1_000, block.timestamp - 1, block.timestamp + 1, keccak256("nonce"));
    }

    function transferDigest(Sent memory sent) internal view returns (bytes32) {
        return digest(token.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), sent);
    }

    function receiveDigest(Sent memory sent) internal view returns (bytes32) {
        return digest(token.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), sent);
    }

    function digest(bytes32 typehash, Sent memory sent) private view returns (bytes32) {
        return typedDataHash(token.DOMAIN_SEPARATOR(), keccak256(abi.encode(typehash, sent)));
    }

    function transfer(Sent memory sent, bytes memory signature) internal {
        token.transferWithAuthorization(
            sent.from, sent.to, sent.value, sent.validAfter, sent.validBefore, sent.nonce, signature
        );
    }

    function transferByParts(Sent memory sent, uint256 key) internal {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, transferDigest(sent));
        token.transferWithAuthorization(
            sent.from, sent.to, sent.value, sent.validAfter, sent.validBefore, sent.nonce, v, r, s
        );
    }

    function fetch(Sent memory sent, bytes memory signature) internal {
        token.receiveWithAuthorization(
            sent.from, sent.to, sent.value, sent.validAfter, sent.validBefore, sent.nonce, signature
        );
    }

    function fetchByParts(Sent memory sent, uint8 v, bytes32 r, bytes32 s) internal {
        token.receiveWithAuthorization(
            sent.from, sent.to, sent.value, sent.validAfter, sent.validBefore, sent.nonce, v, r, s
        );
    }

    function assertRefused(Sent memory sent, bytes memory signature, string memory words) internal {
        vm.expectRevert(bytes(words));
        transfer(sent, signature);
    }
}
