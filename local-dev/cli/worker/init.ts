import { initCommand } from '../init'

export const command = initCommand('worker')
