/**
 * What an operation's example may name: ids of things that are there and in the state that each says. The reference
 * shows the example with ids that look real; a test sends it to a workspace that holds them.
 */
export interface ExampleIds {
  /** A project with tasks and sessions. */
  project: string
  /** A project that nothing refers to. */
  emptyProject: string
  /** A task that is in `session`. */
  task: string
  /** A task that is in no session. */
  looseTask: string
  /** A task that `session` has claimed. */
  claimedTask: string
  /** A session with strategy `simple`, not spawned. */
  session: string
  /** A session whose queue works on an item and has another waiting. */
  busyQueue: string
  /** A session whose queue has an item waiting and works on none. */
  waitingQueue: string
  /** A session that was spawned, so that it has a manifest. */
  spawnedSession: string
  /** A session that was spawned and has ended. */
  endedSession: string
  /** A request of `session` that nobody has answered. */
  request: string
  /** A request that was answered, and whose agent does not have the answer yet. */
  answeredRequest: string
  /** A message to `session` that has not reached its agent. */
  message: string
  /** A custom template for workers. */
  template: string
  /** A skill that can be used. */
  skill: string
}

/** As the reference shows them. */
export const shownIds: ExampleIds = {
  project: 'proj_1738713600000_x7k9m2p4q',
  emptyProject: 'proj_1738713600000_e5m1p7y3k',
  task: 'task_1738713700000_p9q2r5t8w',
  looseTask: 'task_1738713700000_l4n6v8c2x',
  claimedTask: 'task_1738713700000_c1a3i5m7d',
  session: 'sess_1738713800000_m4n5o6p7q',
  busyQueue: 'sess_1738713800000_b8u3s6y1q',
  waitingQueue: 'sess_1738713800000_w2a7i5t9q',
  spawnedSession: 'sess_1738713800000_s6p4a1w9n',
  endedSession: 'sess_1738713800000_e3n7d1e5d',
  request: 'req_1738713900000_q1w2e3r4t',
  answeredRequest: 'req_1738713900000_a5n7s9w1r',
  message: 'msg_1738713900000_z9y8x7w6v',
  template: 'tmpl_1738713600000_k3j4h5g6f',
  skill: 'maestro-worker',
}
