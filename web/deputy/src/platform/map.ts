import type { Position } from "../logic/coordinates";

/** Opens the phone's map at a place (GCJ-02). A browser leads to a map's own page, which opens the phone's app. */
export function showOnMap({ latitude, longitude }: Position, name: string, address: string): void {
  // #ifdef H5
  const query = `position=${longitude},${latitude}&name=${encodeURIComponent(name)}&coordinate=gaode&callnative=1`;
  window.open(`https://uri.amap.com/marker?${query}`, "_blank", "noopener");
  void address;
  // #endif
  // #ifndef H5
  uni.openLocation({ latitude, longitude, name, address });
  // #endif
}
