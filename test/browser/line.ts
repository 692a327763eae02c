/** A line between a browser and a server that can go dead: nothing passes, nothing is closed, as when a cable is pulled. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Line {
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): void;
}

export function layLine(to: string): Promise<Line> {
  const { hostname, port } = new URL(to);
  const ends = new Set<Socket>();
  let dead = false;
  const carry = (from: Socket, into: Socket): void => {
    ends.add(from);
    from.on('data', (bytes) => dead || into.write(bytes));
    from.on('error', () => undefined);
    from.on('close', () => {
      ends.delete(from);
      if (!dead) into.destroy();
    });
  };
  const server = createServer((browser) => {
    const far = connect(Number(port), hostname);
    carry(browser, far);
    carry(far, browser);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const dropAll = (): void => {
        for (const end of ends) end.destroy();
      };
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        cut: () => {
          dead = true;
        },
        // What was lost stays lost: a line that comes back does not know the old connections.
        mend: () => {
          dropAll();
          dead = false;
        },
        close: () => {
          dropAll();
          server.close();
        },
      });
    });
  });
}
