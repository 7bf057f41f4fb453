/** The page of this site that a message leads to; null for anything else, so that no message can lead away. */
export function insideLink(link: string | undefined): string | null {
  return link !== undefined && /^\/(?![/\\])/.test(link) && !link.startsWith('/api/') ? link : null
}
