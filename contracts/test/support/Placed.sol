// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchSettlement} from "../../src/BatchSettlement.sol";
import {Erc3009DepositCollector} from "../../src/Erc3009DepositCollector.sol";
import {Multicall3} from "../../src/Multicall3.sol";
import {TestToken} from "../../src/TestToken.sol";
import {Vm} from "./Vm.sol";

/// @notice All contracts where clients look for them, placed as on a local chain: by their code alone, no constructor.
abstract contract Placed {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    TestToken internal constant token = TestToken(0x036CbD53842c5426634e7929541eC2318f3dCF7e);
    BatchSettlement internal constant escrow = BatchSettlement(0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003);
    Erc3009DepositCollector internal constant collector =
        Erc3009DepositCollector(0x4020806089470a89826cB9fB1f4059150b550004);
    Multicall3 internal constant multicall3 = Multicall3(0xcA11bde05977b3631167028862bE2a173976CA11);

    uint256 internal constant PAYER_KEY = 0xA11CE;
    uint256 internal constant AUTHORIZER_KEY = 0xB0B;
    uint256 internal constant STRANGER_KEY = 0xBAD;

    address internal immutable payer = vm.addr(PAYER_KEY);
    address internal immutable authorizer = vm.addr(AUTHORIZER_KEY);
    address internal immutable stranger = vm.addr(STRANGER_KEY);
    address internal constant receiver = address(0x5ee);

    function setUp() public virtual {
        vm.etch(address(token), type(TestToken).runtimeCode);
        vm.etch(address(escrow), type(BatchSettlement).runtimeCode);
        vm.etch(address(collector), type(Erc3009DepositCollector).runtimeCode);
        vm.etch(address(multicall3), type(Multicall3).runtimeCode);
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Any number, brought into a range, both ends included.
    function bound(uint256 number, uint256 least, uint256 most) internal pure returns (uint256) {
        return number >= least && number <= most ? number : least + number % (most - least + 1);
    }

    function bound128(uint128 number, uint128 least, uint128 most) internal pure returns (uint128) {
        return uint128(bound(number, least, most));
    }

    function typedDataHash(bytes32 domainSeparator, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainSeparator, structHash));
    }
}
