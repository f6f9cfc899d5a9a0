/** Thrown by a service whose answer must not arrive: the connection ends without one, like a lost connection. */
export class ConnectionReset extends Error {
  constructor() {
    super('the connection is reset on purpose');
    this.name = 'ConnectionReset';
  }
}
