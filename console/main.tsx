import { render } from 'preact'
import { startAnnouncing } from './announce'
import { connect } from './app'
import { Frame } from './frame'
import { onKey } from './keys'
import './look'

const root = document.getElementById('console')
const spoken = document.getElementById('spoken')
if (root && spoken) {
  root.textContent = ''
  render(<Frame />, root)
  startAnnouncing(spoken)
  addEventListener('keydown', onKey)
  connect()
}
