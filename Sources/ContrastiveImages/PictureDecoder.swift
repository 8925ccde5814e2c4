import ContrastiveCore
import ContrastiveDecoders
import Synchronization

/// What is known of a picture's file.
package struct PictureFile: Sendable, Equatable {
  /// Columns and rows as stored.
  package let width: Int
  /// Rows as stored.
  package let height: Int
  /// EXIF orientation, 1 … 8.
  package let orientation: Int
  /// Whether the format stores no color.
  package let isGray: Bool
  /// The file's bytes and when it was last changed.
  package let stamp: Stamp

  /// What a change of a file changes.
  package struct Stamp: Sendable, Equatable {
    package let bytes: Int64
    package let seconds: Int64
    package let nanoseconds: Int64
  }

  fileprivate init(_ info: ContrastivePictureInfo) {
    (width, height) = (Int(info.width), Int(info.height))
    orientation = Int(info.orientation)
    isGray = info.is_gray != 0
    stamp = Stamp(bytes: info.bytes, seconds: info.seconds, nanoseconds: info.nanoseconds)
  }
}

/// Why a picture cannot be used, in words that follow its name.
package struct PictureProblem: Error, Equatable {
  package let text: String

  package init(text: String) { self.text = text }
}

/// Decodes JPEG, PNG and WebP files to one size.
///
/// The EXIF orientation is applied; the shorter side is brought to `size` by bilinear interpolation
/// with antialiasing and the centered square kept, with torchvision's and Pillow's numbers (a JPEG
/// more than five times as large is decoded at a half, a quarter or an eighth first, which changes
/// numbers by a few levels of 255). Palettes, 16 bits and CMYK are converted as Pillow does, alpha
/// is put over white, color profiles are ignored.
///
/// Pictures are decoded row by row. Progressive JPEG, interlaced PNG and WebP come as a whole:
/// those of more than 24 MiB one at a time, those of more than 512 MiB not at all.
package struct PictureDecoder: Sendable {
  /// Height and width of what it gives.
  package let size: Int
  /// 1 for gray, 3 for color.
  package let channels: Int

  package init(size: Int, channels: Int) { (self.size, self.channels) = (size, channels) }

  private static let usual: Int64 = 24 << 20
  private static let most: Int64 = 512 << 20
  private static let large = Mutex(())

  /// What a file's header says.
  package static func examine(_ path: [CChar]) throws(PictureProblem) -> PictureFile {
    var info = ContrastivePictureInfo()
    var message = [CChar](repeating: 0, count: Int(CONTRASTIVE_PICTURE_MESSAGE))
    guard contrastive_picture_info(path, &info, &message) == 0 else {
      throw PictureProblem(message)
    }
    return PictureFile(info)
  }

  /// Decodes a file into `size` × `size` × `channels` bytes.
  package func decode(
    _ path: [CChar], into output: UnsafeMutablePointer<UInt8>
  ) throws(PictureProblem) -> PictureFile {
    var info = ContrastivePictureInfo()
    var message = [CChar](repeating: 0, count: Int(CONTRASTIVE_PICTURE_MESSAGE))
    func run(_ most: Int64) -> Int32 {
      contrastive_picture_decode(
        path, Int32(size), Int32(channels), most, output, &info, &message)
    }
    var code = run(Self.usual)
    if code == 2 { code = Self.large.withLock { _ in run(Self.most) } }
    guard code == 0 else { throw PictureProblem(message) }
    return PictureFile(info)
  }
}

extension PictureProblem {
  fileprivate init(_ message: [CChar]) {
    text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
