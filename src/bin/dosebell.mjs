#!/usr/bin/env node
// `npx dosebell …`: the command line, run by the pinned Node whatever Node is on PATH.
import { fileURLToPath } from 'node:url';

process.argv.splice(2, 0, fileURLToPath(new URL('./cli.ts', import.meta.url)));
await import('./bootstrap.mjs');
