import { ref } from 'vue'
import { Attempts } from '@/attempt'
import { useAction } from './useAction'

/** A money action behind a key: one tap, one effect; a lost answer is asked for again, or given up on purpose. */
export function useAttempt<B, R>(name: string, call: (body: B, key: string) => Promise<R>, done: (result: R) => void | Promise<void>) {
  const attempts = new Attempts<B>(name)
  const unknown = ref(attempts.pending !== null)
  const { run, busy, error } = useAction(async (body: B) => {
    let result: R
    try {
      result = await attempts.send(body, call)
    } finally {
      unknown.value = attempts.pending !== null
    }
    await done(result)
  })

  async function askAgain(): Promise<void> {
    const waiting = attempts.pending
    if (waiting) await run(waiting.body)
  }

  function beginAnew(): void {
    attempts.settle()
    unknown.value = false
    error.value = null
  }

  return { run, askAgain, beginAnew, busy, error, unknown }
}
