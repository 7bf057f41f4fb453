// Both journeys at once: they are of different people, and mostly wait for the browser.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots npm run e2e
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const run = (name) => new Promise((resolve) => {
  spawn(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], { stdio: 'inherit' }).on('close', resolve)
})
const codes = await Promise.all(['purchase', 'admission'].map(run))
process.exit(codes.every((code) => code === 0) ? 0 : 1)
