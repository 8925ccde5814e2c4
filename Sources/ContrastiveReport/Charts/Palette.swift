/// Colors that tell groups apart on light and on dark pages.
package enum Palette {
  private static let ten = [
    "#4e79a7", "#d2711a", "#e15759", "#3f928d", "#59a14f", "#a8861b", "#a06a98", "#d9607a",
    "#9c755f", "#7f8c96",
  ]

  /// The color of a group; the first ten are chosen by hand, others by the golden angle.
  package static func color(_ group: Int) -> String {
    guard group >= ten.count else { return ten[group] }
    let hue = group * 137 % 360
    return "hsl(\(hue) 55% \(45 + group % 3 * 8)%)"
  }
}
