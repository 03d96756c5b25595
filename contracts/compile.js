// Writes LedgerAnchor.json and the compiler's input, or with --check compares both with what a compiler makes now.
const fs = require("fs");
const path = require("path");
const solc = require("solc");

const NAME = "LedgerAnchor";
const input = {
  language: "Solidity",
  sources: { [`${NAME}.sol`]: { content: fs.readFileSync(path.join(__dirname, `${NAME}.sol`), "utf8") } },
  settings: {
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    optimizer: { enabled: true, runs: 1_000_000 },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
if (output.errors?.length) throw new Error(output.errors.map((error) => error.formattedMessage).join("\n"));
const made = output.contracts[`${NAME}.sol`][NAME];
const written = {
  [`${NAME}.json`]: {
    compiler: solc.version(),
    abi: made.abi,
    bytecode: `0x${made.evm.bytecode.object}`,
    deployedBytecode: `0x${made.evm.deployedBytecode.object}`,
    methodIdentifiers: made.evm.methodIdentifiers,
  },
  [`${NAME}.compiler-input.json`]: input,
};
for (const [name, value] of Object.entries(written)) {
  const text = JSON.stringify(value, null, 2) + "\n";
  const file = path.join(__dirname, name);
  if (!process.argv.includes("--check")) fs.writeFileSync(file, text);
  else if (fs.readFileSync(file, "utf8") !== text) throw new Error(`${name} is not what the compiler makes of ${NAME}.sol`);
}
