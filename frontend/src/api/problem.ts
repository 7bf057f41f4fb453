export interface FieldProblem { field?: string; code: string; message: string }

/** A refused or failed call. `network` and `timeout` are ours; every other code is the program's own. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly fields: FieldProblem[] = [],
    readonly retryAfter = 0,
    readonly requestId = '',
  ) {
    super(code)
    this.name = 'ApiError'
  }

  /** True when the program may have done what was asked although we did not hear it. */
  get outcomeUnknown(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export async function problemOf(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => ({}))) as { code?: string; errors?: FieldProblem[]; request_id?: string }
  const fallback = answer.status >= 500 ? 'internal' : answer.status === 404 ? 'not_found' : 'invalid_body'
  const wait = Number(answer.headers.get('Retry-After') ?? 0)
  return new ApiError(answer.status, body.code ?? fallback, body.errors ?? [], Number.isFinite(wait) ? wait : 0, body.request_id ?? '')
}
