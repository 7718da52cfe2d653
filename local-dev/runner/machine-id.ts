import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** machine-id(5); before systemd it was D-Bus that had one. FreeBSD has the third. */
const files = ['/etc/machine-id', '/var/lib/dbus/machine-id', '/etc/hostid']

/** What this machine is, whatever it is called and however often it was started; undefined if nothing says so. */
export const machineId = (): string | undefined => {
  if (process.platform === 'darwin') return hardwareUuid()
  for (const path of files) {
    const id = readIfThere(path)
    // A fresh image has an empty one, or the word "uninitialized".
    if (/^[0-9a-f-]{16,64}$/i.test(id)) return id.toLowerCase()
  }
  return undefined
}

const hardwareUuid = (): string | undefined => {
  const { stdout } = spawnSync('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'], { encoding: 'utf8' })
  return /"IOPlatformUUID" = "([0-9A-F-]+)"/i.exec(stdout ?? '')?.[1]?.toLowerCase()
}

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
