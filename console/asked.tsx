import { asking } from './app'
import { later } from './parts/later'

const MoveDialog = later(() => import('./board/move-dialog').then((loaded) => loaded.MoveDialog))
const NewProjectDialog = later(() => import('./board/new-dialogs').then((loaded) => loaded.NewProjectDialog))
const NewTaskDialog = later(() => import('./board/new-dialogs').then((loaded) => loaded.NewTaskDialog))
const SpawnDialog = later(() => import('./board/spawn-dialog').then((loaded) => loaded.SpawnDialog))
const KeysDialog = later(() => import('./keys-dialog').then((loaded) => loaded.KeysDialog))
const SettingsDialog = later(() => import('./settings-dialog').then((loaded) => loaded.SettingsDialog))

/** The dialog that is open, if one is. */
export const Asked = () => {
  const asked = asking.value
  switch (asked?.kind) {
    case undefined:
      return null
    case 'task':
      return <NewTaskDialog projectId={asked.projectId} parentId={asked.parentId ?? null} />
    case 'spawn':
      return <SpawnDialog projectId={asked.projectId} taskIds={asked.taskIds} />
    case 'move':
      return <MoveDialog taskId={asked.taskId} />
    case 'project':
      return <NewProjectDialog />
    case 'keys':
      return <KeysDialog />
    case 'settings':
      return <SettingsDialog />
  }
}
