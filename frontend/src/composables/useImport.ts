import { computed, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { upload } from '@/api/files'
import type { ImportJob } from '@/api/villages'
import { useAction } from './useAction'
import { usePoll } from './usePoll'

/** Where files of one sort are imported. */
export interface ImportSource<J extends ImportJob> {
  startImport: (fileId: string, dryRun: boolean) => Promise<J>
  importOf: (id: string) => Promise<J>
}

const over = (job: ImportJob) => job.status === 'done' || job.status === 'failed'

/** An import: tried first, then done. The job and the file stand in the address, so a reload loses neither. */
export function useImport<J extends ImportJob>(source: ImportSource<J>) {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string) => (typeof route.query[name] === 'string' ? (route.query[name] as string) : '')
  const jobId = computed(() => text('job'))
  const fileId = computed(() => text('file'))
  const part = ref(0)
  const { data: job, error: jobError, start, stop } = usePoll(() => source.importOf(jobId.value), over)

  const { run: dryRun, busy: sending, error: sendError } = useAction(async (file: File) => {
    part.value = 0
    const sent = await upload(file, (p) => { part.value = p })
    const made = await source.startImport(sent.file_id, true)
    await router.replace({ query: { job: made.id, file: sent.file_id, name: sent.name } })
  })
  const { run: importNow, busy: starting, error: startError } = useAction(async () => {
    const made = await source.startImport(fileId.value, false)
    await router.replace({ query: { ...route.query, job: made.id } })
  })

  function startAnew(): void {
    stop()
    job.value = null
    void router.replace({ query: {} })
  }

  watch(jobId, (id) => { if (id) void start() }, { immediate: true })
  const name = computed(() => text('name'))
  return { jobId, fileId, name, part, job, jobError, over, dryRun, sending, sendError, importNow, starting, startError, startAnew }
}
