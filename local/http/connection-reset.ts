/** Thrown by a service that shall not be heard: the connection ends without an answer, as a lost one does. */
export class ConnectionReset extends Error {
  constructor() {
    super('the connection is reset on purpose');
    this.name = 'ConnectionReset';
  }
}
