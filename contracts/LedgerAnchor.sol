// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Checkpoints of append-only ledgers, anchored in a chain that their operators do not control.
/// @notice Nobody owns this contract, nothing can be paid to it, and no operator can touch what another anchored.
///         Each operator has one accumulator, a hash over all that it ever anchored with the times of the blocks. So
///         every past (root, size, time) can be proven from any later state of the chain, by who kept the list of
///         them, also after clients have dropped old receipts.
contract LedgerAnchor {
    /// @notice keccak256(the accumulator before, root, size, time of the block), 32 + 32 + 8 + 8 bytes; 0 at first.
    mapping(address operator => bytes32 accumulator) public acc;

    /// @param previous The accumulator before, which chains the events of an operator.
    event Anchored(address indexed operator, bytes32 indexed root, uint64 indexed treeSize, bytes32 previous);

    /// @notice Anchors the ledger of the caller at `treeSize` entries with this `root`, as of this block.
    ///         Nothing is checked: what a root means, and whether it continues the one before, only its ledger can show.
    function anchor(bytes32 root, uint64 treeSize) external {
        bytes32 previous = acc[msg.sender];
        acc[msg.sender] = keccak256(abi.encodePacked(previous, root, treeSize, uint64(block.timestamp)));
        emit Anchored(msg.sender, root, treeSize, previous);
    }
}
