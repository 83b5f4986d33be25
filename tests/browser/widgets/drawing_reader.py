import torch

from helpers.learning import captioning
from helpers.models.config import GPTConfig
from helpers.models.vision import Captioner
from helpers.views.widgets import drawing_reader

torch.manual_seed(0)
config = GPTConfig(16 + captioning.LENGTH, captioning.tokenizer().vocab_size, 1, 2, 16)
drawing_reader(Captioner(config, image_size=16, patch_size=4), patch_size=4)
