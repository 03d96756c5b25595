// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LedgerAnchor} from "../LedgerAnchor.sol";

/// What forge does for a test at this address; the functions that are used here.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function prank(address sender) external;
    function warp(uint256 time) external;
    function record() external;
    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function assume(bool condition) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

contract LedgerAnchorTest {
    LedgerAnchor private ledger;

    function setUp() public {
        ledger = new LedgerAnchor();
    }

    function testFuzz_theAccumulatorIsAReplayOfAllThatWasAnchored(
        address operator,
        bytes32[8] memory roots,
        uint64[8] memory sizes,
        uint64[8] memory times
    ) public {
        bytes32 expected = bytes32(0);
        for (uint256 i = 0; i < roots.length; i++) {
            vm.warp(times[i]);
            vm.prank(operator);
            ledger.anchor(roots[i], sizes[i]);
            expected = keccak256(bytes.concat(expected, roots[i], bytes8(sizes[i]), bytes8(times[i])));
        }
        require(ledger.acc(operator) == expected, "another accumulator");
    }

    function testFuzz_nobodyTouchesWhatAnotherAnchored(address one, address other, bytes32 root, uint64 size) public {
        vm.assume(one != other);
        vm.prank(one);
        ledger.anchor(root, size);
        bytes32 before = ledger.acc(one);
        vm.prank(other);
        ledger.anchor(~root, size);
        require(ledger.acc(one) == before, "touched");
        require(ledger.acc(other) != before, "the same");
    }

    function testFuzz_theEventNamesOperatorRootSizeAndTheAccumulatorBefore(address operator, bytes32 root, uint64 size)
        public
    {
        vm.prank(operator);
        ledger.anchor(root, size);
        bytes32 before = ledger.acc(operator);
        vm.recordLogs();
        vm.prank(operator);
        ledger.anchor(~root, size);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        require(logs.length == 1 && logs[0].emitter == address(ledger) && logs[0].topics.length == 4, "one event");
        require(logs[0].topics[0] == keccak256("Anchored(address,bytes32,uint64,bytes32)"), "its name");
        require(logs[0].topics[1] == bytes32(uint256(uint160(operator))), "operator");
        require(logs[0].topics[2] == ~root, "root");
        require(logs[0].topics[3] == bytes32(uint256(size)), "size");
        require(keccak256(logs[0].data) == keccak256(abi.encode(before)), "the accumulator before");
    }

    function testFuzz_nothingIsStoredButTheAccumulatorOfTheCaller(address operator, bytes32 root, uint64 size) public {
        vm.record();
        vm.prank(operator);
        ledger.anchor(root, size);
        (, bytes32[] memory writes) = vm.accesses(address(ledger));
        require(writes.length == 1, "one write");
        require(writes[0] == keccak256(abi.encode(operator, uint256(0))), "its own slot");
    }

    function testFuzz_itTakesNoEther(address operator, uint96 amount) public {
        vm.assume(amount > 0);
        (bool paid,) = address(ledger).call{value: amount}("");
        require(!paid, "paid");
        (paid,) = address(ledger).call{value: amount}(abi.encodeCall(LedgerAnchor.anchor, (bytes32(0), 0)));
        require(!paid, "paid with a call");
        require(ledger.acc(operator) == bytes32(0), "anchored");
    }

    function test_aCallOfAnythingElseFails() public {
        (bool done,) = address(ledger).call(hex"01020304");
        require(!done, "answered");
    }
}

/// Anchors as one of four operators at ever later times, and keeps what their accumulators should be.
contract Operators {
    LedgerAnchor public immutable ledger = new LedgerAnchor();
    address[4] public all = [address(1), address(0xbeef), address(0xcafe), address(type(uint160).max)];
    mapping(address => bytes32) public expected;
    uint64 private time = 1;

    function anchor(uint8 who, bytes32 root, uint64 size, uint16 later) external {
        address operator = all[who % 4];
        time += later;
        vm.warp(time);
        vm.prank(operator);
        ledger.anchor(root, size);
        expected[operator] = keccak256(bytes.concat(expected[operator], root, bytes8(size), bytes8(time)));
    }
}

contract LedgerAnchorInvariants {
    Operators private operators;

    function setUp() public {
        operators = new Operators();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(operators);
    }

    function invariant_everyAccumulatorIsWhatItsOperatorAnchored() public view {
        for (uint256 i = 0; i < 4; i++) {
            address operator = operators.all(i);
            require(operators.ledger().acc(operator) == operators.expected(operator), "another accumulator");
        }
    }
}
