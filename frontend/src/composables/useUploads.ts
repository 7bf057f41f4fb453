import { onScopeDispose, ref } from 'vue'
import { upload, type UploadedFile } from '@/api/files'
import { ApiError } from '@/api/problem'

export interface Sending { key: number; name: string; part: number; error: unknown; file: File }

// The program's own bound for pictures; larger files need not travel to hear it.
const MAX_BYTES = 15 * 1024 * 1024
let last = 0

/** Sends files one after the other; `taken` hears of each that arrived. A failed one can be tried again. */
export function useUploads(taken: (file: UploadedFile, as: string) => void) {
  const sending = ref<Sending[]>([])
  const purposes = new Map<number, string>()
  let gone = false
  let queue = Promise.resolve()

  const change = (key: number, part: Partial<Sending>) => {
    sending.value = sending.value.map((s) => (s.key === key ? { ...s, ...part } : s))
  }

  async function send(one: Sending): Promise<void> {
    if (gone || !sending.value.some((s) => s.key === one.key)) return
    try {
      if (one.file.size > MAX_BYTES) throw new ApiError(413, 'file_too_large')
      const file = await upload(one.file, (part) => change(one.key, { part }))
      if (gone || !sending.value.some((s) => s.key === one.key)) return
      taken(file, purposes.get(one.key) ?? '')
      drop(one.key)
    } catch (error) {
      change(one.key, { error })
    }
  }

  function enqueue(one: Sending): void {
    queue = queue.then(() => send(one))
  }

  function add(files: Iterable<File>, as: string): void {
    for (const file of files) {
      const one: Sending = { key: ++last, name: file.name, part: 0, error: null, file }
      purposes.set(one.key, as)
      sending.value = [...sending.value, one]
      enqueue(one)
    }
  }

  function again(one: Sending): void {
    change(one.key, { error: null, part: 0 })
    enqueue(one)
  }

  function drop(key: number): void {
    sending.value = sending.value.filter((s) => s.key !== key)
    purposes.delete(key)
  }

  const purposeOf = (key: number) => purposes.get(key) ?? ''
  onScopeDispose(() => { gone = true })
  return { sending, add, again, drop, purposeOf }
}
