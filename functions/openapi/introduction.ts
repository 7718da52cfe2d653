/** What there is to know before the endpoints, as the document's description (Markdown). */
export const introduction = `Maestro Server coordinates coding agents: it stores projects, tasks and sessions, hands out work, and sends every connected client an event for each change. It never runs an agent: a client that receives \`session:spawn\` does.

## Requests and answers

JSON in, JSON out. A body that is a JSON object is accepted whatever its content type; fields that are not known are ignored; \`null\` for an optional field of a new entity says the same as leaving it out. All times are Unix milliseconds. The old words \`pending\` (a task) and \`running\` (a session) are read as \`todo\` and \`working\`.

Every answer carries \`X-Request-Id\`: the request's own, if it has a good one. A failed request changes nothing. Its answer is an \`ErrorResponse\`, whatever the path: each endpoint lists the codes that it can give. Besides, a path that does not exist is answered by 404 \`NOT_FOUND\`, and a method that a path does not have by 405 \`METHOD_NOT_ALLOWED\` with an \`Allow\` header.

## Lists

A list is a JSON array, oldest first. With \`limit\` it comes in pages: \`X-Next-Cursor\` is the \`cursor\` of the next page, and is absent on the last. \`X-Total-Count\` counts all of it.

## Two clients, one entity

A session may have very many timeline entries and events. Where it has more than 200 of either, lists, events and the answers to changes carry the newest 200 of each, and \`timelineTotal\` and \`eventsTotal\` say how many there are; \`GET /api/sessions/{id}\` has all of them, under the same \`ETag\`.

Entities carry an \`ETag\`. Send it as \`If-None-Match\` to be answered 304 as long as you have the present state, and as \`If-Match\` with a change to be refused (412) rather than overwrite what somebody else changed meanwhile.

## Repeats

An answer may be lost on its way. Send a \`POST\` with an \`Idempotency-Key\` of your own, such as a new UUID for each request: sent again with it within 24 hours, the request does nothing and gets the same answer, with \`Idempotent-Replayed: true\`; one that comes while the first is under way waits for it. With other content it is refused (422 \`IDEMPOTENCY_KEY_REUSED\`). A failure is not kept, so that it may be tried again; nor is an answer that holds a secret. An entity of more than 16 KiB is answered as it is by then. The newest 10,000 keys are kept, in the same commit as the change, whatever becomes of the server.

With \`Prefer: return=minimal\` a change is answered by \`{"success":true,"id":…}\` instead of the whole entity.

## Events

A WebSocket at \`/\` or \`/ws\` receives every change, after it is stored and in the order in which it was. The messages are listed here as webhooks; nothing is ever sent over HTTP. A connection that asks for nothing is in the room \`all\` and receives the events of projects, tasks and sessions. \`?rooms=project:{id},templates\` connects to these rooms instead. Rooms are \`all\`, \`queues\`, \`templates\`, \`inbox\`, \`project:{id}\`, \`session:{id}\` and \`task:{id}\`; a client in several rooms that an event goes to receives it once.

A client may send \`{"type":"subscribe","rooms":["queues"]}\` and \`{"type":"unsubscribe","rooms":["all"]}\`, both answered by \`{"type":"rooms","rooms":[…]}\` with the rooms it is in now, and \`{"type":"ping"}\`, answered by \`{"type":"pong","timestamp":…}\`. A wrong room is answered by \`{"type":"error","message":"…"}\`. A message has at most 64 KiB.

\`GET /api/events\` sends the same events as a stream, each with a number; a client that reconnects with the last number that it received first gets what it missed.`
