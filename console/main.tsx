import { render } from 'preact'
import { startAnnouncing } from './announce'
import { connect } from './app'
import { Frame } from './frame'
import { onKey } from './keys'
import './look'
import { exactTime } from './state/time'

const root = document.getElementById('console')
const spoken = document.getElementById('spoken')
if (root && spoken) {
  root.textContent = ''
  render(<Frame />, root)
  startAnnouncing(spoken)
  addEventListener('keydown', onKey)
  connect()
  // What writes times takes a while to be made: the lists are on their way meanwhile.
  exactTime(Date.now())
}
