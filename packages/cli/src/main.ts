#!/usr/bin/env node
import { runCommand } from './run-command.js';

const { output, problem, exitCode } = await runCommand(process.argv.slice(2));
if (problem !== null) process.stderr.write(`tessera-policy: ${problem}\n`);
// Whoever reads may have had enough, as `head` does.
process.stdout.on('error', () => process.exit(exitCode));
// The module of the policy may have opened a connection, which would keep the process alive.
process.stdout.write(output, () => process.exit(exitCode));
