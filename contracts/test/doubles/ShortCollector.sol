// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestToken} from "../../src/TestToken.sol";
import {IDepositCollector} from "../../src/interfaces/IDepositCollector.sol";

/// @notice Brings as many tokens as `collectorData` says, whatever it was asked for.
contract ShortCollector is IDepositCollector {
    function collect(address, address token, uint256, bytes32, bytes calldata collectorData) external {
        TestToken(token).mint(msg.sender, abi.decode(collectorData, (uint256)));
    }
}
