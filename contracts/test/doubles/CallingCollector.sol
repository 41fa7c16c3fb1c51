// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestToken} from "../../src/TestToken.sol";
import {IDepositCollector} from "../../src/interfaces/IDepositCollector.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice Brings the tokens, and calls the escrow back with what `collectorData` carries.
contract CallingCollector is IDepositCollector {
    function collect(address, address token, uint256 amount, bytes32, bytes calldata collectorData) external {
        TestToken(token).mint(msg.sender, amount);
        Address.functionCall(msg.sender, collectorData);
    }
}
