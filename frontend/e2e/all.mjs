// What different people do runs at once, since it mostly waits for the browser; one buyer purchases and then pays.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots npm run e2e
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const run = (name) => new Promise((resolve) => {
  spawn(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], { stdio: 'inherit' }).on('close', resolve)
})
const buyer = async () => (await run('purchase')) || run('payment')
const codes = await Promise.all([buyer(), run('admission')])
process.exit(codes.every((code) => code === 0) ? 0 : 1)
