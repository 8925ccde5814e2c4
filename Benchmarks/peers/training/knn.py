"""The weighted kNN accuracy of Wu et al. 2018: the k nearest training images vote."""

import torch
import torch.nn.functional as F


@torch.no_grad()
def accuracy(train, labels, test, test_labels, k, temperature):
    train, test = F.normalize(train), F.normalize(test)
    classes = int(labels.max()) + 1
    right = 0
    for queries, truth in zip(test.split(1000), test_labels.split(1000)):
        similarities, nearest = (queries @ train.T).topk(min(k, len(train)))
        weights = ((similarities - similarities[:, :1]) / temperature).exp()
        votes = weights.new_zeros(len(queries), classes)
        votes.scatter_add_(1, labels[nearest], weights)
        right += int((votes.argmax(1) == truth).sum())
    return right / len(test)
