// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {KeyWallet} from "../doubles/KeyWallet.sol";
import {Channels} from "../support/Channels.sol";

contract ClaimWithSignature_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
        deposit(channelOf(stranger), STRANGER_KEY, AMOUNT);
    }

    function batch() private view returns (IBatchSettlement.VoucherClaim[] memory) {
        return both(row(channel(), PAYER_KEY, 1_000, 750), row(channelOf(stranger), STRANGER_KEY, 2_000, 2_000));
    }

    function test_RevertWhen_NoRows() external {
        IBatchSettlement.VoucherClaim[] memory none = new IBatchSettlement.VoucherClaim[](0);
        bytes memory signature = signed(AUTHORIZER_KEY, escrow.getClaimBatchDigest(none));

        vm.expectRevert(IBatchSettlement.EmptyBatch.selector);
        escrow.claimWithSignature(none, signature);
    }

    function test_RevertWhen_BatchSignedBySomeoneElse() external {
        IBatchSettlement.VoucherClaim[] memory rows = batch();
        bytes memory signature = signed(STRANGER_KEY, escrow.getClaimBatchDigest(rows));

        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.claimWithSignature(rows, signature);
    }

    function test_RevertWhen_AnotherBatchWasSigned() external {
        IBatchSettlement.VoucherClaim[] memory rows = batch();
        bytes memory signature = signed(AUTHORIZER_KEY, escrow.getClaimBatchDigest(rows));
        rows[0].totalClaimed += 1;

        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.claimWithSignature(rows, signature);
    }

    function test_RevertWhen_RowsDoNotShareAuthorizer() external {
        IBatchSettlement.VoucherClaim[] memory rows = batch();
        rows[1].voucher.channel.receiverAuthorizer = stranger;
        bytes memory signature = signed(AUTHORIZER_KEY, escrow.getClaimBatchDigest(rows));

        vm.expectRevert(IBatchSettlement.NotReceiverAuthorizer.selector);
        escrow.claimWithSignature(rows, signature);
    }

    function test_WhenReceiversAuthorizerSigned() external {
        IBatchSettlement.VoucherClaim[] memory rows = batch();
        bytes memory signature = signed(AUTHORIZER_KEY, escrow.getClaimBatchDigest(rows));

        for (uint256 sent = 0; sent < 2; ++sent) {
            vm.prank(stranger);
            escrow.claimWithSignature(rows, signature);

            assertChannel(AMOUNT, 750);
            assertReceiver(2_750, 0);
        }
    }

    function test_GivenAuthorizerIsContractWallet() external {
        IBatchSettlement.ChannelConfig memory config = channel();
        config.receiverAuthorizer = address(new KeyWallet(authorizer));
        deposit(config, PAYER_KEY, AMOUNT);
        IBatchSettlement.VoucherClaim[] memory rows = only(row(config, PAYER_KEY, 300, 300));
        bytes32 digest = escrow.getClaimBatchDigest(rows);

        vm.expectRevert(IBatchSettlement.InvalidSignature.selector);
        escrow.claimWithSignature(rows, signed(STRANGER_KEY, digest));
        escrow.claimWithSignature(rows, signed(AUTHORIZER_KEY, digest));

        assertReceiver(300, 0);
    }
}
