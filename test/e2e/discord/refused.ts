/** An answer with Discord's error body. */
export class Refused extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const unknownInteraction = () => new Refused(404, 10062, 'Unknown interaction');
export const alreadyAcknowledged = () => new Refused(400, 40060, 'Interaction has already been acknowledged.');
export const unknownWebhook = () => new Refused(404, 10015, 'Unknown Webhook');
export const expiredToken = () => new Refused(401, 50027, 'Invalid Webhook Token');
export const unknownMessage = () => new Refused(404, 10008, 'Unknown Message');
export const unknownChannel = () => new Refused(404, 10003, 'Unknown Channel');
export const tooLarge = () => new Refused(413, 40005, 'Request entity too large');
export const unauthorized = () => new Refused(401, 0, '401: Unauthorized');
export const invalidForm = (message: string) => new Refused(400, 50035, `Invalid Form Body: ${message}`);
