import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { privateFileMode } from './private-files'
import { syncFolders } from './sync-folders'

/** Gives a file this content, by way of `draft`: it is on the disk when this returns, and nobody ever sees a part of it. */
export const replaceDurably = (path: string, draft: string, content: string | Uint8Array): void => {
  const file = openSync(draft, 'w', privateFileMode)
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  syncFolders(dirname(path))
}
