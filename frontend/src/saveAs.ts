/** Hands bytes to the browser as a file with a name. */
export function saveAs(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The download reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
