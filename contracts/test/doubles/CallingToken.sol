// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestToken} from "../../src/TestToken.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice A token that calls the sender of a transfer back, once it is told with what.
contract CallingToken is TestToken {
    bytes private callback;

    function callBackWith(bytes calldata callback_) external {
        callback = callback_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (callback.length != 0) Address.functionCall(msg.sender, callback);
        return super.transfer(to, value);
    }
}
