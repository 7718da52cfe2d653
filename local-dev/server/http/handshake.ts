/** Whether a request for a WebSocket is a whole one; else `ws` would refuse it, in words of its own that are no JSON. */
export const isHandshake = ({ headers }: Request): boolean =>
  headers.get('upgrade')?.toLowerCase() === 'websocket' &&
  /^(?:8|13)$/.test(headers.get('sec-websocket-version') ?? '') &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers.get('sec-websocket-key') ?? '')
