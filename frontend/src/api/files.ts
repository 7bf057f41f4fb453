import { bytes, identification, refresh, url } from './http'
import { ApiError, problemOf } from './problem'
import { tokens } from './tokens'

export interface UploadedFile {
  file_id: string
  kind: 'image' | 'document' | 'sheet'
  media_type: string
  name: string
  bytes: number
  width?: number
  height?: number
}

const PATIENCE_MS = 120_000

/** Only XMLHttpRequest tells how much of a body has left, which matters on a phone in the hills. */
function post(file: File, progress: (part: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest()
    call.open('POST', url('/uploads'))
    call.timeout = PATIENCE_MS
    call.setRequestHeader('Accept', 'application/json')
    for (const [name, value] of Object.entries(identification())) call.setRequestHeader(name, value)
    call.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total) }
    call.onload = () => resolve(new Response(call.status === 204 ? null : call.responseText, { status: call.status }))
    call.onerror = () => reject(new ApiError(0, 'network'))
    call.ontimeout = () => reject(new ApiError(0, 'timeout'))
    const form = new FormData()
    form.append('file', file)
    call.send(form)
  })
}

export async function upload(file: File, progress: (part: number) => void = () => undefined): Promise<UploadedFile> {
  if (!tokens.access && tokens.refresh) await refresh()
  let answer = await post(file, progress)
  if (answer.status === 401 && tokens.refresh) {
    await refresh()
    answer = await post(file, progress)
  }
  if (!answer.ok) throw await problemOf(answer)
  return (await answer.json()) as UploadedFile
}

/** The address of a picture that everybody may see, such as a village's. */
export const pictureUrl = (fileId: string, size: 'full' | 'thumb') => url(`/files/${encodeURIComponent(fileId)}`, { size })

/** A private file, for its readers only. */
export const fileBytes = (fileId: string, size?: 'full' | 'thumb') => bytes(`/files/${encodeURIComponent(fileId)}`, { size })
