import { spawn } from 'node:child_process'

/** What opens an address on a system; undefined: nothing that is known, or nobody who could look at it. */
const opener = (platform: NodeJS.Platform, variables: NodeJS.ProcessEnv): readonly string[] | undefined => {
  if (variables.BROWSER) return [variables.BROWSER]
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return variables.DISPLAY || variables.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}

/** Opens an address in the browser of whoever is logged in here; the address is an argument, and passes through no shell. */
export const openInBrowser = (address: string, variables: NodeJS.ProcessEnv): Promise<boolean> => {
  const [program, ...args] = opener(process.platform, variables) ?? []
  if (program === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(program, [...args, address], { detached: true, stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
