import Foundation

/// Contrast as WCAG 2 defines it.
enum Contrast {
  /// The variables of a style sheet: colors as red, green and blue, shares as one number.
  ///
  /// Scheme 0 has those of the first `:root`, the light one, 1 those of the second over them.
  static func colors(_ sheet: String, _ scheme: Int) -> [String: [Double]] {
    var found: [String: [Double]] = [:]
    for root in sheet.components(separatedBy: ":root{").dropFirst().prefix(scheme + 1) {
      for entry in root.prefix(while: { $0 != "}" }).split(separator: ";") {
        let parts = entry.split(separator: ":")
        let name = String(parts[0].dropFirst(2))
        if parts[1].hasPrefix("#") {
          found[name] = color(parts[1].dropFirst())
        } else if parts[1].hasSuffix("%"), let share = Double(parts[1].dropLast()) {
          found[name] = [share / 100]
        }
      }
    }
    return found
  }

  /// A color of three or six hexadecimal digits.
  static func color(_ digits: some StringProtocol) -> [Double] {
    let digits = digits.count == 3 ? digits.map { "\($0)\($0)" }.joined() : String(digits)
    let number = Int(digits, radix: 16) ?? 0
    return [16, 8, 0].map { Double(number >> $0 & 255) / 255 }
  }

  /// From 1 to 21.
  static func ratio(_ a: [Double], _ b: [Double]) -> Double {
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  private static func luminance(_ color: [Double]) -> Double {
    zip([0.2126, 0.7152, 0.0722], color).map { weight, value in
      weight * (value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
    }.reduce(0, +)
  }
}
