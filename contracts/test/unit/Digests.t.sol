// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchSettlement} from "../../src/BatchSettlement.sol";
import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {Channels} from "../support/Channels.sol";

/// @dev Hashes written out once more, from the types. That they are also what wallets sign is for the vectors to tell.
contract Digests_Test is Channels {
    function domainSeparator(address place) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("x402 Batch Settlement"),
                keccak256("1"),
                block.chainid,
                place
            )
        );
    }

    function expectedDigest(bytes32 structHash) private view returns (bytes32) {
        return typedDataHash(domainSeparator(address(escrow)), structHash);
    }

    function testFuzz_ChannelId(IBatchSettlement.ChannelConfig calldata config) external view {
        bytes32 structHash = keccak256(
            bytes.concat(
                abi.encode(
                    keccak256(
                        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
                    ),
                    config.payer,
                    config.payerAuthorizer,
                    config.receiver
                ),
                abi.encode(config.receiverAuthorizer, config.token, config.withdrawDelay, config.salt)
            )
        );
        vm.assertEq(escrow.getChannelId(config), expectedDigest(structHash), "channel id");
    }

    function testFuzz_Voucher(bytes32 channelId, uint128 ceiling) external view {
        bytes32 typehash = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
        vm.assertEq(
            escrow.getVoucherDigest(channelId, ceiling),
            expectedDigest(keccak256(abi.encode(typehash, channelId, ceiling))),
            "voucher"
        );
    }

    function testFuzz_Refund(bytes32 channelId, uint256 nonce, uint128 amount) external view {
        bytes32 typehash = keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");
        vm.assertEq(
            escrow.getRefundDigest(channelId, nonce, amount),
            expectedDigest(keccak256(abi.encode(typehash, channelId, nonce, amount))),
            "refund"
        );
    }

    function testFuzz_ClaimBatch(uint128[3] calldata ceilings, uint128[3] calldata totals) external view {
        IBatchSettlement.VoucherClaim[] memory rows = new IBatchSettlement.VoucherClaim[](3);
        bytes memory entries;
        for (uint256 i = 0; i < rows.length; ++i) {
            rows[i].voucher.channel = channel();
            rows[i].voucher.channel.salt = bytes32(i);
            rows[i].voucher.maxClaimableAmount = ceilings[i];
            rows[i].totalClaimed = totals[i];
            bytes32 channelId = escrow.getChannelId(rows[i].voucher.channel);
            entries = bytes.concat(entries, entryHash(channelId, ceilings[i], totals[i]));
        }
        bytes32 typehash = keccak256(
            "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
        );
        vm.assertEq(
            escrow.getClaimBatchDigest(rows),
            expectedDigest(keccak256(abi.encode(typehash, keccak256(entries)))),
            "claim batch"
        );
    }

    function test_WhenChainIsAnother() external {
        bytes32 here = id();
        bytes32 voucher = escrow.getVoucherDigest(here, 1);

        vm.chainId(8453);

        vm.assertNotEq(id(), here, "channel id");
        vm.assertNotEq(escrow.getVoucherDigest(here, 1), voucher, "voucher");
    }

    function test_WhenContractStandsElsewhere() external {
        BatchSettlement elsewhere = new BatchSettlement();

        vm.assertNotEq(elsewhere.getChannelId(channel()), id(), "channel id");
        vm.assertNotEq(elsewhere.getVoucherDigest(id(), 1), escrow.getVoucherDigest(id(), 1), "voucher");
    }

    function entryHash(bytes32 channelId, uint128 ceiling, uint128 total) private pure returns (bytes32) {
        bytes32 typehash = keccak256("ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)");
        return keccak256(abi.encode(typehash, channelId, ceiling, total));
    }
}

contract Multicall_Test is Channels {
    uint128 private constant AMOUNT = 10_000;

    function setUp() public override {
        super.setUp();
        deposit(AMOUNT);
    }

    function claimAndRefund(uint128 total, uint128 refunded) private view returns (bytes[] memory calls) {
        calls = new bytes[](3);
        calls[0] = abi.encodeCall(escrow.claim, (only(row(channel(), PAYER_KEY, total, total))));
        calls[1] = abi.encodeCall(escrow.refund, (channel(), refunded));
        calls[2] = abi.encodeWithSelector(escrow.channels.selector, id());
    }

    function test_RevertWhen_OneCallReverts() external {
        bytes[] memory calls = claimAndRefund(1_000, 0);

        vm.prank(receiver);
        vm.expectRevert(IBatchSettlement.ZeroRefund.selector);
        escrow.multicall(calls);

        assertChannel(AMOUNT, 0);
    }

    function test_WhenAllCallsSucceed() external {
        bytes[] memory calls = claimAndRefund(1_000, type(uint128).max);

        vm.prank(receiver);
        bytes[] memory answers = escrow.multicall(calls);

        (uint128 balance, uint128 totalClaimed) = abi.decode(answers[2], (uint128, uint128));
        vm.assertEq(balance, 1_000, "balance after both");
        vm.assertEq(totalClaimed, 1_000, "total claimed after both");
        assertTokens(payer, AMOUNT - 1_000);
    }
}
