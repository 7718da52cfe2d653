import { useSignal } from '@preact/signals'
import { asking, hasToken, personName, useToken } from './app'
import { density, isTheme, theme } from './look'
import { Dialog } from './parts/dialog'
import { ChoiceField, TextField } from './parts/field'

const close = () => {
  asking.value = undefined
}

/** Of this browser; nothing of it is told to the server but the name, with an answer. */
export const SettingsDialog = () => {
  const permission = useSignal(typeof Notification === 'undefined' ? 'none' : Notification.permission)
  return (
    <Dialog title="Settings of this browser" onClose={close}>
      <ChoiceField
        label="Colours"
        value={theme.value}
        choices={[
          { value: 'auto', label: 'as the system has them' },
          { value: 'light', label: 'light' },
          { value: 'dark', label: 'dark' },
        ]}
        onChange={(value) => {
          if (isTheme(value)) theme.value = value
        }}
      />
      <ChoiceField
        label="Density"
        value={density.value}
        choices={[
          { value: 'compact', label: 'compact' },
          { value: 'comfortable', label: 'comfortable' },
        ]}
        onChange={(value) => {
          density.value = value === 'comfortable' ? 'comfortable' : 'compact'
        }}
      />
      <TextField
        label="Your name"
        hint="Your answers are signed with it; empty: user"
        maxLength={100}
        value={personName.value}
        onInput={(text) => {
          personName.value = text
        }}
      />
      {permission.value === 'default' && (
        <p>
          <button
            type="button"
            onClick={() =>
              void Notification.requestPermission().then((answer) => {
                permission.value = answer
              })
            }
          >
            Notify me when somebody waits
          </button>
        </p>
      )}
      {permission.value === 'granted' && (
        <p class="soft">You are notified when somebody waits and this tab is hidden.</p>
      )}
      {hasToken() && (
        <p>
          <button
            type="button"
            onClick={() => {
              close()
              useToken(null)
            }}
          >
            Forget the token
          </button>
        </p>
      )}
      <p class="soft">
        <a href="docs">API reference</a>
      </p>
    </Dialog>
  )
}
