// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title Eip712
/// @notice Typed-data digests in the domain of the contract that asks.
///
/// @dev OpenZeppelin's `EIP712` keeps name, version and address in immutables. A contract that is placed by writing its
/// code to an address (`anvil_setCode`, `vm.etch`) has no constructor run there, so nothing here is remembered: chain
/// and address are looked up at each call.
library Eip712 {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @param nameHash keccak256 of the domain's name.
    /// @param versionHash keccak256 of the domain's version.
    function domainSeparator(bytes32 nameHash, bytes32 versionHash) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, nameHash, versionHash, block.chainid, address(this)));
    }

    /// @param structHash The hash of the message, type hash first.
    function digest(bytes32 nameHash, bytes32 versionHash, bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator(nameHash, versionHash), structHash);
    }
}
