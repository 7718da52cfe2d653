import { asking } from './app'
import { keyHelp } from './keys'
import { Dialog } from './parts/dialog'

export const KeysDialog = () => (
  <Dialog title="Keys" onClose={() => (asking.value = undefined)}>
    <dl class="keys">
      {keyHelp.map(([keys, text]) => (
        <div key={keys}>
          <dt>
            {keys.split(' ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
    <p class="soft">Keys are off in text fields. All that they do can be done by pointer, too.</p>
  </Dialog>
)
