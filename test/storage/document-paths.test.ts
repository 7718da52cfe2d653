import { expect, test } from 'vitest'
import { isEntityKind } from '../../schemas/entities'
import { depthOf, folderOf, openFolders } from '../../storage/drivers/files/document-paths'
import { kinds, storedKinds } from '../../storage/kinds'

test('each kind of documents lies in its folder, by partitions where it has some, and what is not for people is hidden', () => {
  for (const kind of storedKinds) {
    expect(folderOf(kind), kind).toBe(isEntityKind(kind) ? kind : `.${kind}`)
    expect(depthOf(kind), kind).toBe(kinds[kind].partition ? 1 : 0)
  }
  expect(openFolders).toEqual(storedKinds.filter(isEntityKind))
})
