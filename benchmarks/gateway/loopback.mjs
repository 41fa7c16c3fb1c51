// Preloaded into a program that would listen on every address of the machine: it listens on the loopback interface.
import { Server } from 'node:net';

const HOST = '127.0.0.1';
const listen = Server.prototype.listen;

Server.prototype.listen = function (where, ...more) {
  if (typeof where === 'number') {
    const [host, ...rest] = typeof more[0] === 'function' ? [undefined, ...more] : more;
    if (host !== undefined && host !== HOST) throw new Error(`listens on ${host}`);
    return listen.call(this, where, HOST, ...rest.filter(it => it !== undefined));
  }
  return listen.call(this, typeof where === 'object' ? { ...where, host: HOST } : where, ...more);
};
