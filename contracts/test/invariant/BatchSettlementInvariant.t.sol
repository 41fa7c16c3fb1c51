// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Placed} from "../support/Placed.sol";
import {History} from "./History.sol";

/// @notice The numbers are INVARIANTS.md's; 9 and 10 compare with the state before a step and stand in History.
contract BatchSettlement_Invariant is Placed {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    History private history;

    function setUp() public override {
        history = new History();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(history);
    }

    /// @dev The steps only; what History inherits is not for histories to call.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory steps = new bytes4[](9);
        steps[0] = History.claim.selector;
        steps[1] = History.replay.selector;
        steps[2] = History.settle.selector;
        steps[3] = History.refund.selector;
        steps[4] = History.initiateWithdraw.selector;
        steps[5] = History.finalizeWithdraw.selector;
        steps[6] = History.give.selector;
        steps[7] = History.pass.selector;
        steps[8] = bytes4(keccak256("deposit(uint256,uint128)"));
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(history), steps);
    }

    /// @dev One function for all rules: each function of this kind would walk the same histories once more.
    function invariant_EveryRuleHolds() external view {
        _escrowCanPayEveryone();
        _noChannelIsOverdrawn();
        _noPayerIsChargedWhatItDidNotSign();
        _nothingLeavesButToPayeeOrPayer();
        _payerGetsBackWhatWasNotClaimed();
        _receiverIsPaidWhatWasClaimed();
        _everyRefundSpendsANonce();
        _withdrawalHasAmountAndTimeOrNeither();
    }

    function _escrowCanPayEveryone() private view {
        uint256 owed;
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            (uint128 balance, uint128 totalClaimed) = escrow.channels(history.ids(i));
            owed += balance - totalClaimed;
        }
        for (uint256 i = 0; i < 2; ++i) {
            (uint128 totalClaimed, uint128 totalSettled) = escrow.receivers(history.payees(i), address(token));
            owed += totalClaimed - totalSettled;
        }
        vm.assertEq(token.balanceOf(address(escrow)), owed + history.given(), "1: escrow's tokens");
    }

    function _noChannelIsOverdrawn() private view {
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            (uint128 balance, uint128 totalClaimed) = escrow.channels(history.ids(i));
            vm.assertLe(totalClaimed, balance, "2: claimed above balance");
        }
    }

    function _noPayerIsChargedWhatItDidNotSign() private view {
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            (, uint128 totalClaimed) = escrow.channels(history.ids(i));
            vm.assertLe(totalClaimed, history.highestSigned(i), "3: claimed above what was signed");
        }
    }

    function _nothingLeavesButToPayeeOrPayer() private view {
        uint256 tokens = token.balanceOf(address(escrow));
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            tokens += token.balanceOf(history.payers(i));
        }
        for (uint256 i = 0; i < 2; ++i) {
            tokens += token.balanceOf(history.payees(i));
        }

        vm.assertEq(tokens, history.minted(), "4: tokens elsewhere");
        vm.assertEq(token.totalSupply(), history.minted(), "4: supply");
    }

    function _payerGetsBackWhatWasNotClaimed() private view {
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            (uint128 balance,) = escrow.channels(history.ids(i));
            uint256 back = token.balanceOf(history.payers(i));
            vm.assertEq(back, history.deposited(i) - balance, "5: got back");
        }
    }

    function _receiverIsPaidWhatWasClaimed() private view {
        for (uint256 payee = 0; payee < 2; ++payee) {
            uint256 claimed;
            for (uint256 i = payee; i < history.CHANNELS(); i += 2) {
                (, uint128 totalClaimedOfChannel) = escrow.channels(history.ids(i));
                claimed += totalClaimedOfChannel;
            }
            (uint128 totalClaimed, uint128 totalSettled) = escrow.receivers(history.payees(payee), address(token));
            vm.assertEq(totalClaimed, claimed, "6: claimed by all channels");
            vm.assertLe(totalSettled, totalClaimed, "6: settled above claimed");
            vm.assertEq(token.balanceOf(history.payees(payee)), totalSettled, "6: paid");
        }
    }

    function _everyRefundSpendsANonce() private view {
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            vm.assertEq(escrow.refundNonce(history.ids(i)), history.refunds(i), "7: refund nonce");
        }
    }

    function _withdrawalHasAmountAndTimeOrNeither() private view {
        for (uint256 i = 0; i < history.CHANNELS(); ++i) {
            (uint128 amount, uint40 initiatedAt) = escrow.pendingWithdrawals(history.ids(i));
            vm.assertTrue((amount == 0) == (initiatedAt == 0), "8: half a withdrawal");
        }
    }
}
