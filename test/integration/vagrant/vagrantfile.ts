/** A Vagrantfile as the article's reader would write it, with one machine. */
export const vagrantfile = ({
  ip = '192.168.50.4',
  bootTimeout = 60,
  box = 'bento/ubuntu-24.04',
  boxUrl = '',
} = {}): string => `Vagrant.configure("2") do |config|
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.define "boxA" do |node|
    node.vm.box = "${box}"
${boxUrl && `    node.vm.box_url = "${boxUrl}"\n`}    node.vm.hostname = "boxA"
    node.vm.boot_timeout = ${String(bootTimeout)}
    node.vm.network "private_network", ip: "${ip}"
  end
end
`;
