/** Every route the server answers, so that a wrong method on a known path is told as such (405 and `Allow`). */
export class RouteTable {
  private readonly routes: { readonly methods: readonly string[]; readonly path: RegExp }[] = [];

  add(methods: string | readonly string[], template: string): void {
    const pattern = template
      .split('/')
      .map((segment) => {
        if (segment.startsWith(':')) return '[^/]+';
        if (segment === '*') return '.*';
        return segment.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      })
      .join('/');
    this.routes.push({ methods: [methods].flat(), path: new RegExp(`^${pattern}/?$`) });
  }

  /** The methods of a path, sorted; empty when the path is unknown. */
  methodsOf(path: string): string[] {
    const methods = this.routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}
