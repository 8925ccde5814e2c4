import Contrastive
import ContrastiveTraining

/// k-means of the training features, for runs whose method has no prototypes of its own and for
/// comparing clusters with labels.
struct FeatureClusters: Sendable {
  let result: KMeansResult
  /// Training images nearest to each centroid, nearest first.
  let nearest: [[Int]]

  /// As many clusters as there are classes, or without classes about the root of half the images,
  /// at most 24; nil for features with fewer distinct rows.
  init?(_ features: RunFeatures, workers: Workers) throws(ContrastiveError) {
    let images = features.trainRows.rows
    let count =
      features.trainLabels == nil
      ? min(max(Int((Double(images) / 2).squareRoot()), 2), 24, images)
      : max(1, features.classes.count)
    do throws(ContrastiveError) {
      result = try KMeans(metric: .spherical, iterations: 50).fit(
        features.trainRows, clusters: count, workers: workers)
    } catch {
      if case .parameter("clusters", _, _) = error { return nil }
      throw error
    }
    let table = try NeighborTable(
      nearestTo: result.centroids, in: features.trainRows, k: min(9, features.trainRows.rows),
      workers: workers)
    nearest = (0..<table.rows).map { Array(table.indices(of: $0)) }
  }
}

extension ReportSection {
  /// The training images nearest to each prototype.
  static func prototypes(
    _ features: RunFeatures, _ artifacts: RunArtifacts?, _ clusters: FeatureClusters?,
    on sheet: inout PictureSheet
  ) -> ReportSection? {
    guard let nearest = artifacts?.prototypes ?? clusters?.nearest, !nearest.isEmpty else {
      return nil
    }
    let labels = features.trainLabels
    let isOwn = artifacts?.prototypes != nil
    // Evenly spread over all prototypes when there are many.
    let count = min(24, nearest.count)
    let shown = (0..<count).map { $0 * nearest.count / count }
    let strips = shown.compactMap { prototype -> HTML? in
      let images = nearest[prototype].prefix(9)
      guard !images.isEmpty else { return nil }
      let main = labels.flatMap { labels in mode(images.map { labels[$0] }) }
      return strip(
        title: "prototype \(prototype + 1)"
          + (main.map { ": mostly \(features.name($0))" } ?? ""),
        own: nil,
        others: images.map { image in
          (image, features.isRight(image, for: main), "near prototype \(prototype + 1)")
        }, of: features, on: &sheet)
    }
    let source =
      isOwn
      ? "The method's own prototypes: \(nearest.count) in all."
      : "This method has no prototypes of its own; these are the \(nearest.count) centroids of "
        + "k-means on the features of the training images."
    return ReportSection(
      name: "prototypes", title: "Images nearest to each prototype",
      contents: [
        .paragraph(source + marks("the class most frequent in the strip", of: features)),
        .element("div", ["class": "strips"], strips),
      ])
  }

  /// How often each cluster meets each label.
  static func clusters(
    _ features: RunFeatures, _ clusters: FeatureClusters, on sheet: inout PictureSheet
  ) throws(ContrastiveError) -> ReportSection? {
    guard let labels = features.trainLabels else {
      return members(features, clusters, on: &sheet)
    }
    let table = try Contingency(clusters: clusters.result.assignments, labels: labels)
    let agreement = ClusterAgreement(table)
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: table.labels.count), count: table.clusters.count)
    for cell in table.cells { counts[cell.cluster][cell.label] = cell.count }
    // Clusters in the order of their main labels: the table then has a diagonal.
    let order = counts.indices.sorted { a, b in
      let (x, y) = (main(counts[a]), main(counts[b]))
      return (x, -counts[a][x], a) < (y, -counts[b][y], b)
    }
    return ReportSection(
      name: "clusters", title: "Clusters and classes",
      contents: [
        .paragraph(
          "k-means on the unit features of the training images, \(table.clusters.count) clusters, "
            + "those with the same main class together: "
            + "purity \(percent(agreement.purity)), NMI \(fixed(agreement.nmi, 3)), "
            + "AMI \(fixed(agreement.ami, 3)), ARI \(fixed(agreement.ari, 3))."),
        HeatMap(
          caption: "Training images of each cluster by class", corner: "cluster",
          columns: table.labels.map { features.name(Int($0)) },
          rows: order.map { ("\(table.clusters[$0] + 1)", counts[$0]) }
        ).html,
      ])
  }

  /// Images of each cluster, largest first, evenly from the whole cluster.
  private static func members(
    _ features: RunFeatures, _ clusters: FeatureClusters, on sheet: inout PictureSheet
  ) -> ReportSection? {
    var members = [[Int]](repeating: [], count: clusters.result.centroids.rows)
    for (image, cluster) in clusters.result.assignments.enumerated() {
      members[cluster].append(image)
    }
    let order = members.indices.filter { !members[$0].isEmpty }
      .sorted { (-members[$0].count, $0) < (-members[$1].count, $1) }
    let strips = order.map { cluster in
      let images = members[cluster]
      return strip(
        title: "cluster \(cluster + 1): \(images.count) images", own: nil,
        others: spread(9, of: images.count).map {
          (images[$0], nil, "in cluster \(cluster + 1)")
        }, of: features, on: &sheet)
    }
    return ReportSection(
      name: "clusters", title: "Clusters",
      contents: [
        .paragraph(
          "k-means on the unit features of the training images: \(members.count) clusters, the "
            + "largest first, of each some images that are evenly apart in the data."),
        .element("div", ["class": "strips"], strips),
      ])
  }

  private static func main(_ counts: [Int]) -> Int {
    counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
  }

  /// The most frequent label, the least of several; nil where no image has one.
  private static func mode(_ labels: [Int]) -> Int? {
    let known = labels.filter { $0 != unlabeled }
    let counts = Dictionary(known.map { ($0, 1) }, uniquingKeysWith: +)
    return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
  }
}
