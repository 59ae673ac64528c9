/** DOT laid out by graphviz (WebAssembly, loaded at first use: 0.1 s), as SVG. */
export async function svgOf(dot: string): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  return (await instance()).renderString(dot, { format: 'svg' });
}
