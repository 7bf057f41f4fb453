// Ways through the browser, named as arguments: at once, since they mostly wait for the browser, or in turn where a + joins them.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots npm run e2e
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const run = (name) => new Promise((resolve) => {
  spawn(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], { stdio: 'inherit' }).on('close', resolve)
})
const inTurn = async (names) => {
  for (const name of names) {
    const code = await run(name)
    if (code !== 0) return code
  }
  return 0
}
const codes = await Promise.all(process.argv.slice(2).map((names) => inTurn(names.split('+'))))
process.exit(codes.every((code) => code === 0) ? 0 : 1)
